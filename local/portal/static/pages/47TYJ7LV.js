import{j as a}from"./RP46V42D.js";import"./W253YRS4.js";import"./MGFZYUZ7.js";import"./G3BC54KL.js";import"./H5HICAMZ.js";import"./ZUF6ZILB.js";import"./45GWE4C6.js";export{a as default};
